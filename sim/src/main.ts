// node src/main.ts [--port N] [--seed N]: starts the simulator and prints its address as JSON.
import { parseArgs } from 'node:util';
import { start } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});

const running = await start(Number(values.port), Number(values.seed));
const { world } = running.desk.sim;
const line = { url: running.url, api: `${running.url}/cgi-bin/`, corpid: world.corpid };
process.stdout.write(`${JSON.stringify({ ...line, apps: world.apps })}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void running.close().then(() => process.exit(0)));
}
