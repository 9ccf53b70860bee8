// What an empty corp costs: memory after a thousand mixed requests, and time from start to the
// first customer list.
//
// Targets (design, decision 1): proportional set size of `koi serve` with its children <= 15 MB;
// from starting the process to a signed-in customer list <= 50 ms, the client's own start not
// counted.
import { Report, answerHash, benchOptions, proportionalSetSize, seeded } from './lib.mjs';
import { client, makeCorp, routes, serve } from './koi.mjs';

const options = benchOptions();
const report = new Report('start', options);
const random = seeded(options.seed);
const corp = makeCorp();
const list = '/api/customers?limit=50';

/** Every list and report that needs no id or argument, and the console's first page. */
function readablePaths() {
  const plain = routes().filter(
    ({ method, path, stream, args }) =>
      method === 'GET' && !stream && !path.includes('{') && !args.some((arg) => arg.required),
  );
  return ['/', ...plain.map(({ path }) => path)];
}

async function measureMemory() {
  const server = await serve(corp.data);
  const api = client(server.port, corp.token, 8);
  const paths = readablePaths();
  const seen = {};
  const one = async (i) => {
    const read = () => api.request('GET', paths[Math.floor(random() * paths.length)]);
    const write = () => api.request('PUT', '/api/views/bench', { value: { round: i } });
    const { status } = await (i % 10 === 0 ? write() : read());
    seen[status] = (seen[status] ?? 0) + 1;
  };
  for (let i = 0; i < 1000; i += 8) {
    await Promise.all(Array.from({ length: Math.min(8, 1000 - i) }, (_, k) => one(i + k)));
  }
  const megabytes = proportionalSetSize(server.pid) / 1e6;
  api.close();
  await server.stop();
  console.log(`1000 requests over ${paths.length} paths, by status: ${JSON.stringify(seen)}`);
  return megabytes;
}

async function measureStart() {
  const begun = performance.now();
  const server = await serve(corp.data);
  const api = client(server.port, corp.token);
  const { status, text } = await api.request('GET', list);
  const elapsed = performance.now() - begun;
  api.close();
  await server.stop();
  if (status !== 200) report.wrong.push(`${list} answered ${status}: ${text}`);
  return { elapsed, answer: answerHash(text) };
}

try {
  const memory = [];
  for (let i = 0; i < (options.small ? 1 : 3); i++) memory.push(await measureMemory());
  report.row('proportional set size', 'MB', memory);

  await measureStart(); // the client's own first request is slow
  const starts = [];
  for (let i = 0; i < (options.small ? 5 : 21); i++) starts.push(await measureStart());
  report.row(
    'start to first list',
    'ms',
    starts.map((start) => start.elapsed),
    starts.map((start) => start.answer),
  );

  report.target('idle_pss_mb', Math.max(...memory), '<=', 15);
  report.target('start_ms', report.rows[1].median, '<=', 50);
  report.end();
} finally {
  corp.remove();
}
