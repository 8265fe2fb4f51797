import { TillstreamError } from '../../engine/errors.ts';

export function noSuchAlert(id: number): TillstreamError {
  return new TillstreamError('no_such_alert', `there is no alert ${id}; \`tillstream alerts\` lists those there are`);
}

/** What was asked for cannot be done with an alert that is over. */
export function alertEnded(id: number, state: string): TillstreamError {
  return new TillstreamError('alert_ended', `alert ${id} is ${state}; only one that is open can be acknowledged`);
}

/** Another alert of the same subject is open by now. */
export function alertSuperseded(id: number, by: number): TillstreamError {
  return new TillstreamError(
    'alert_superseded',
    `alert ${id} cannot be opened again: alert ${by} is open for the same subject`,
  );
}
