/* A small corp of known shape for tests of audiences and tiers, written by SQL before the server starts.
 *
 * Two members of staff; customers 1001 … 1012 are friends of the first when their number is even, of the second when it is
 * odd. Customer 1000 + n has placed n % 4 orders of 100 yuan, ten days apart, the last one an hour ago. Numbers of events are
 * negative, so that they never meet those of the program.
 */
import { start } from './harness.mjs';

export const DAY = 86400;
export const customers = Array.from({ length: 12 }, (_, i) => 1001 + i);
export const ordersOf = (id) => (id - 1000) % 4;

function rows(now) {
  const out = [
    "INSERT INTO department (id, name, created_s) VALUES (1, 'Shop', 0)",
    'INSERT INTO department_above (department_id, above_id) VALUES (1, 1)',
    "INSERT INTO staff (id, userid, name, department_id, created_s) VALUES (1, 'even', 'Even', 1, 0), (2, 'odd', 'Odd', 1, 0)",
    "INSERT INTO tag_category (id, name, created_s) VALUES (1, 'C', 0)",
    "INSERT INTO tag_group (id, category_id, name, created_s) VALUES (1, 1, 'G', 0)",
    "INSERT INTO tag (id, group_id, name, created_s) VALUES (1, 1, 'VIP', 0), (2, 1, '常客', 0)",
  ];
  let seq = 0;
  for (const id of customers) {
    const city = id % 3 === 0 ? '杭州' : '宁波';
    out.push(`INSERT INTO customer (id, root_id, nickname, province, city, first_s, added_s, created_s, updated_us)
      VALUES (${id}, ${id}, 'c${id}', '浙江', '${city}', ${now - 100 * DAY}, ${now - 100 * DAY}, 0, 1)`);
    out.push(`INSERT INTO relation (id, customer_id, staff_id, added_s, created_s)
      VALUES (${id}, ${id}, ${id % 2 === 0 ? 1 : 2}, ${now - 100 * DAY}, 0)`);
    for (let k = 0; k < ordersOf(id); k++) {
      const at = now - 3600 - k * 10 * DAY;
      const order = id * 100 + k;
      out.push(`INSERT INTO orders (id, channel_id, number, customer_id, state, at_s, paid_s, total_fen, sale_fen, updated_us)
        VALUES (${order}, 3, 'N${order}', ${id}, 'paid', ${at}, ${at}, 10000, 10000, 1)`);
      out.push(`INSERT INTO event (seq, recorded_us, customer_id, at_s, kind, object_kind, object_id, amount_fen)
        VALUES (${--seq}, 0, ${id}, ${at}, 11, 6, ${order}, 10000)`);
    }
  }
  return out.join(';\n');
}

/* A server over that corp, with an operator who sees all and a member of staff who sees the even ones. */
export async function corp(t, engine, options = {}) {
  const koi = await start(t, engine, { ...options, serve: false });
  await koi.sql(rows(Math.floor(Date.now() / 1000)));
  await koi.serve();
  const operator = await koi.signIn('operator');
  const staff = await koi.signIn('staff', { scope: 'own', staff_id: '1' });
  return { koi, operator, staff };
}
