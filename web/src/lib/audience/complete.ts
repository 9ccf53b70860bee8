/** What could be written at the caret: names inside quotes, words of the language elsewhere. */
export type Context =
  | { kind: 'name'; what: string; model: string | null; prefix: string; start: number }
  | { kind: 'word'; prefix: string; start: number };

const callNames: Record<string, string> = {
  tag: 'tag',
  tag_group: 'tag_group',
  team: 'team',
  group: 'group',
  audience: 'audience',
  tier: 'tier_model',
};
const attributeNames = new Set([
  'city',
  'province',
  'source',
  'stage',
  'staff',
  'channel',
  'product',
  'category',
  'owner',
]);

/** Where the caret stands, from the text before it. Null where nothing can be offered. */
export function contextAt(before: string): Context | null {
  const open = openQuote(before);
  if (open !== null) {
    const left = before.slice(0, open);
    const what = whatOf(left);
    return what && { kind: 'name', ...what, prefix: before.slice(open + 1), start: open + 1 };
  }
  const word = /[A-Za-z_][\w.]*$/.exec(before);
  return word ? { kind: 'word', prefix: word[0], start: word.index } : null;
}

/** The index of the quote that is open at the end, if any. */
function openQuote(text: string): number | null {
  let open: number | null = null;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && open !== null) i++;
    else if (text[i] === '"') open = open === null ? i : null;
  }
  return open;
}

/** What a quoted name to the right of this text names. */
function whatOf(left: string): { what: string; model: string | null } | null {
  const inList = left.replace(/\(\s*(?:"(?:[^"\\]|\\.)*"\s*,\s*)*$/, '(');
  const call = /([a-z_]+)\s*\($/i.exec(inList)?.[1]?.toLowerCase();
  if (call && callNames[call]) return { what: callNames[call], model: null };
  const before = inList.replace(/(?:\bin\s*\(|!?=)\s*$/i, '').trimEnd();
  if (before === inList.trimEnd()) return null;
  const tier = /tier\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\)$/i.exec(before);
  if (tier) return { what: 'tier', model: (tier[1] ?? '').replace(/\\(.)/g, '$1') };
  const word = /([a-z_]+)$/i.exec(before)?.[1]?.toLowerCase();
  return word && attributeNames.has(word) ? { what: word, model: null } : null;
}
