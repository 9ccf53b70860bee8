import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it, vi } from 'vitest';

/** KB, compressed, that a page may ask for before it says what it has to say. At most 350 for the first of them;
 * little more than they need today, and only to be lowered. */
const budgets = [
  ['today/Today', 300],
  ['reports/Reports', 320],
  ['customers/CustomerList', 440],
] as const;

type Chunk = Rolldown.OutputChunk;
let chunks: Chunk[];
let styles: Rolldown.OutputAsset[];

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production'); // or React comes with its warnings
  const built = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    logLevel: 'silent',
    mode: 'production',
    build: { write: false },
  });
  vi.unstubAllEnvs();
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  chunks = output.filter((one): one is Chunk => one.type === 'chunk');
  styles = output.filter(
    (one): one is Rolldown.OutputAsset => one.type === 'asset' && one.fileName.endsWith('.css'),
  );
}, 240_000);

/** The chunk that holds a module. */
function holding(module: string): Chunk {
  const found = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
  if (found === undefined) throw new Error(`no chunk holds ${module}`);
  return found;
}

/** Chunks with all they import; what is only imported when it is needed is not among them. */
function closure(from: Chunk[]): Set<Chunk> {
  const all = new Set(from);
  for (const chunk of all) {
    for (const name of chunk.imports) {
      const next = chunks.find(({ fileName }) => fileName === name);
      if (next) all.add(next);
    }
  }
  return all;
}

const size = (text: string | Uint8Array) => gzipSync(text).length;

function firstLoad(...modules: string[]): { bytes: number; all: Set<Chunk> } {
  const entries = chunks.filter(({ isEntry }) => isEntry);
  const all = closure([...entries, ...modules.map(holding)]);
  const code = [...all].reduce((sum, { code: text }) => sum + size(text), 0);
  return { bytes: code + styles.reduce((sum, { source }) => sum + size(source), 0), all };
}

const chinese = ['/src/i18n/zh.ts', '/antd/es/locale/zh_CN.js', '/dayjs/locale/zh-cn.js'];

describe('the first load', () => {
  it.each(budgets)('of %s is at most %d KB', (page, most) => {
    const { bytes } = firstLoad('/src/app/Shell.tsx', `/src/pages/${page}.tsx`, ...chinese);
    expect(Math.ceil(bytes / 1024)).toBeLessThanOrEqual(most);
  });

  it('draws no charts yet, and each kind of chart only where it is drawn', () => {
    const { all } = firstLoad('/src/app/Shell.tsx', '/src/pages/today/Today.tsx', ...chinese);
    const charts = holding('/src/components/chart/echarts.ts');
    expect([...all]).not.toContain(charts);
    for (const kind of ['bar', 'heatmap', 'line', 'sankey']) {
      expect([...closure([charts])]).not.toContain(holding(`/src/components/chart/kinds/${kind}.ts`));
    }
  });
});
