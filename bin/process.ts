import { main } from './cli.ts';
import { type StopSignal, stopSignal } from './stop-signal.ts';

/** Runs the command that this process was started with, and sets its exit code. */
export async function runProcess(): Promise<void> {
  endWithParent();
  const { stdout, stderr, env } = process;
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  let stop: StopSignal | undefined;
  process.exitCode = await main(process.argv.slice(2), {
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    get signal() {
      stop ??= stopSignal(process, (line) => stderr.write(`${line}\n`));
      return stop.signal;
    },
  });
  stop?.release();
}

/** Where an older Node started this one and was killed, nobody could stop this one any more: it goes too. */
function endWithParent(): void {
  if (process.env.TILLSTREAM_RERUN !== '1' || !process.channel) return;
  delete process.env.TILLSTREAM_RERUN;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
