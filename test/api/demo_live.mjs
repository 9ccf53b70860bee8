/* The live demo as `./run demo live` runs it, on the installation of a test. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { binary, until } from './harness.mjs';

const main = join(import.meta.dirname, '..', '..', 'sim', 'src', 'demo', 'main.ts');

/* Starts it on an installation that is stopped, whose port is then the live one's. */
export async function goLive(t, koi, pace = 400) {
  const args = [main, '--koi', binary, '--data', koi.data, '--pace', `${pace}`, '--sim-port', '0'];
  const child = spawn(process.execPath, [...args, '--', '--listen', '127.0.0.1:0'], {
    env: { ...process.env, ...koi.env, KOI_LANGUAGE: 'en' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let gone;
  child.stdout.on('data', (piece) => (out += piece));
  child.stderr.on('data', (piece) => (err += piece));
  const ended = new Promise((resolve) => child.on('close', resolve));
  void ended.then((code) => (gone = code ?? 'killed'));
  t.after(() => gone === undefined && child.kill('SIGTERM'));
  await until(
    () => {
      assert.equal(gone, undefined, `it ended: ${out}${err}`);
      return out.includes('"live"');
    },
    'the demo to be live',
    60000,
  );
  koi.port = Number(/"listening","port":(\d+)/.exec(out)[1]);
  const url = /"simulator":"([^"]+)"/.exec(out)[1];
  return {
    sim: async (path) => (await fetch(`${url}/control/${path}`)).json(),
    /* As Ctrl-C does. */
    stop: async () => {
      child.kill('SIGINT');
      assert.equal(await ended, 0, err);
      return err;
    },
  };
}
