/* Jobs: progress, stop, resume, streams, whose they are; and what a crash leaves of one. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { dump, upload } from './files.mjs';
import { each, start, until } from './harness.mjs';

/* Enough orders that an import takes a while: `n` lines of two. */
function manyOrders(n) {
  const lines = ['order no,sku,product,qty,order time,price,customer'];
  for (let i = 0; i < n; i++)
    lines.push(
      [100000 + (i >> 1), `S${i % 50}`, `P${i % 50}`, 1 + (i % 7)].join() +
        `,2024-01-${10 + (i % 19)} 10:00:00,${1 + (i % 9)}.25,${i % 997}`,
    );
  return lines.join('\n') + '\n';
}

const startImport = async (caller, text) => {
  const { id } = await upload(caller, 'many.csv', text);
  return (await caller.post('/api/imports', { upload_id: id, kind: 'orders', dry_run: false }, 202))
    .job;
};

/* Reads a job's event stream to its end. */
function stream(caller, id) {
  return new Promise((resolve, reject) => {
    const { port } = caller.server;
    const headers = { cookie: caller.cookie, accept: 'text/event-stream' };
    http
      .get({ host: '127.0.0.1', port, path: `/api/jobs/${id}/events`, headers }, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece) => (text += piece));
        const end = () => resolve({ status: reply.statusCode, text });
        reply.on('end', end);
        reply.on('error', end);
      })
      .on('error', reject);
  });
}

each('jobs', (engine) => {
  test('progress by stream and by asking; others do not see it', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const owner = await koi.signIn('operator');
    const other = await koi.signIn('operator');
    const job = await startImport(owner, manyOrders(20000));
    const told = stream(owner, job.id);
    await other.call('GET', `/api/jobs/${job.id}`, undefined, { expect: 404 });
    await other.call('POST', `/api/jobs/${job.id}/stop`, {}, { expect: 404 });
    assert.equal((await admin.get(`/api/jobs/${job.id}`)).id, job.id);
    const done = await owner.job(job.id);
    assert.equal(done.state, 'done');
    assert.equal(done.done, 20000);
    assert.equal(done.total, 20000);
    assert.equal(done.remaining_s, null);
    const events = (await told).text.split('\n\n').filter((e) => e.includes('event: job'));
    assert.ok(events.length >= 1);
    const last = JSON.parse(events.at(-1).match(/data: (.*)/)[1]);
    assert.equal(last.state, 'done');
    assert.deepEqual((await other.get('/api/jobs')).items, []);
    assert.equal((await owner.get('/api/jobs')).items[0].id, job.id);
    assert.equal((await owner.get('/api/jobs?state=done')).items[0].id, job.id);
    assert.deepEqual((await owner.get('/api/jobs?state=failed')).items, []);
    assert.deepEqual((await other.get('/api/jobs?state=done')).items, []);
    await owner.get('/api/jobs?state=asleep', 400);
    await owner.call('POST', `/api/jobs/${job.id}/stop`, {}, { expect: 409 });
    await owner.call('POST', `/api/jobs/${job.id}/resume`, {}, { expect: 409 });
  });

  test('stop keeps what is done; resume ends as if nothing had happened', async (t) => {
    const lines = engine === 'sqlite' ? 160000 : 24000; // half a second at the least
    const text = manyOrders(lines);
    const calm = await start(t, engine);
    const one = await calm.signIn('operator');
    assert.equal((await one.job((await startImport(one, text)).id)).state, 'done');
    const want = dump(calm);
    await calm.stop();

    const koi = await start(t, engine);
    const owner = await koi.signIn('operator');
    const job = await startImport(owner, text);
    await until(
      async () => (await owner.get(`/api/jobs/${job.id}`)).done > 3000,
      'the import to be on its way',
    );
    await owner.post(`/api/jobs/${job.id}/stop`, {});
    const stopped = await owner.job(job.id);
    assert.equal(stopped.state, 'stopped');
    assert.ok(stopped.done > 0 && stopped.done < lines, `stopped at ${stopped.done}`);
    const [batch] = (await owner.get('/api/imports')).items;
    assert.equal(batch.state, 'stopped');
    assert.equal(batch.lines, stopped.done);
    await owner.post(`/api/jobs/${job.id}/resume`, {});
    assert.equal((await owner.job(job.id)).state, 'done');
    assert.ok(dump(koi) === want, 'another result than undisturbed');
  });

  test('a server killed in the middle goes on by itself', async (t) => {
    const koi = await start(t, engine);
    const owner = await koi.signIn('operator');
    const job = await startImport(owner, manyOrders(40000));
    await until(
      async () => (await owner.get(`/api/jobs/${job.id}`)).done > 2000,
      'the import to be on its way',
    );
    await koi.crash();
    await koi.serve();
    assert.equal((await owner.job(job.id)).state, 'done');
    assert.equal(await koi.sql('SELECT count(*) FROM order_item'), '40000');
    assert.equal(await koi.sql('SELECT count(*) FROM orders'), '20000');
    /* A clean stop is no end either. */
    const second = await startImport(owner, manyOrders(40000).replaceAll('\n1', '\n2'));
    await until(
      async () => (await owner.get(`/api/jobs/${second.id}`)).done > 2000,
      'the second import',
    );
    await koi.stop();
    await koi.serve();
    assert.equal((await owner.job(second.id)).state, 'done');
    assert.equal(await koi.sql('SELECT count(*) FROM order_item'), '80000');
  });
});

test('kills at random moments of an import change nothing (more by ./run torture)', async () => {
  const script = join(import.meta.dirname, '..', 'torture', 'import_kill.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--times', '2']);
  assert.match(stdout, /all equal/);
});

test('kills at random moments of API writes lose nothing acknowledged', async () => {
  const script = join(import.meta.dirname, '..', 'torture', 'write_kill.mjs');
  for (const seed of ['1', '2']) {
    const args = [script, '--times', '2', '--seed', seed];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    assert.match(stdout, /none lost, none twice/);
  }
});
