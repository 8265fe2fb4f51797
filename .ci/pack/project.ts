import { join, resolve } from 'node:path';

export const PROJECT: string = resolve(import.meta.dirname, '../..');
/** Mirrors the project, compiled. */
export const DIST: string = join(PROJECT, 'dist');
