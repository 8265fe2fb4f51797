import { spawnSync } from 'node:child_process';
import { setPriority } from 'node:os';
import WebSocket from 'ws';

/** Connects so many clients, as browsers elsewhere would be: they take what they are sent when nothing else is to be done here. */
const [url = '', count = '0'] = process.argv.slice(2);
setPriority(19);
// On Linux even less than that: they run only where a processor has nothing else to do.
spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)]);
let messages = 0;
const sockets = Array.from({ length: Number(count) }, () => new WebSocket(url));
await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
for (const socket of sockets) socket.on('message', () => messages++);
process.send?.('connected');
process.on('message', () => process.send?.(messages));
process.once('disconnect', () => process.exit());
