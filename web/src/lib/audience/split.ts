/** Cuts canonical text where its outermost conditions are joined: outside quotes and parentheses. */
import type { Join } from './rows';

export function splitJoined(text: string, join: Join): string[] {
  const parts: string[] = [];
  let start = 0;
  let betweens = 0;
  for (const { word, at } of outerWords(text)) {
    if (word === 'between') betweens++;
    if (word !== join) continue;
    if (join === 'and' && betweens > 0) {
      betweens--; // the "and" of "between … and …"
      continue;
    }
    parts.push(text.slice(start, at).trim());
    start = at + word.length;
  }
  return [...parts, text.slice(start).trim()];
}

/** The words outside of quotes and parentheses. */
function* outerWords(text: string): Generator<{ word: string; at: number }> {
  let depth = 0;
  let i = 0;
  while (i < text.length) {
    const letter = text[i] ?? '';
    if (letter === '"') i = endOfQuote(text, i);
    else if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (depth === 0 && /[a-z]/.test(letter)) {
      const word = /^[\w.]+/.exec(text.slice(i))?.[0] ?? letter;
      yield { word, at: i };
      i += word.length - 1;
    }
    i++;
  }
}

function endOfQuote(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

/** Without the parentheses that enclose the whole text. */
export function stripParens(text: string): string {
  const whole = text.trim();
  if (!whole.startsWith('(') || !whole.endsWith(')')) return whole;
  let depth = 0;
  for (let i = 0; i < whole.length; i++) {
    if (whole[i] === '"') i = endOfQuote(whole, i);
    else if (whole[i] === '(') depth++;
    else if (whole[i] === ')' && --depth === 0 && i < whole.length - 1) return whole;
  }
  return whole.slice(1, -1).trim();
}
