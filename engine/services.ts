import { TillstreamError } from './errors.ts';
import { suggestion } from './nearest.ts';
import type { Registry } from './plan.ts';

/** What a host provides to the operators of a run, by name. */
export type Services = Readonly<Record<string, unknown>>;

/** The service of that name; throws `unknown_service` naming those there are. */
export function serviceFrom<T>(services: Services, name: string): T {
  if (name in services) return services[name] as T;
  throw new TillstreamError('unknown_service', `no service "${name}" here${suggestion(name, Object.keys(services))}`);
}

/** A module that provides services on a thread of their own: it exports `createServices`. */
export interface ServicesModule {
  createServices(options: unknown): Promise<Services> | Services;
  closeServices?(services: Services): Promise<void> | void;
}

/** A module that knows the operators there are: it exports `loadRegistry`, which loads those named; some may be of a home. */
export interface RegistryModule {
  loadRegistry(names: readonly string[], home?: string): Promise<Registry> | Registry;
}
