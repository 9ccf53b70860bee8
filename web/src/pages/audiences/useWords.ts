import { audiences } from '@/api/audiences';
import { useResource } from '@/lib/useResource';

const keywords = ['and', 'or', 'not', 'in', 'last', 'this', 'next', 'between', 'since', 'before', 'where', 'within', 'known', 'unknown', 'contains', 'all', 'none', 'today', 'yesterday', 'as of']; // prettier-ignore

/** Every word of the language, as the server knows them. */
export function useWords(): string[] {
  const found = useResource('audience-words', audiences.words);
  const { attributes = [], kinds = [], functions = [] } = found.data ?? {};
  const names = [...attributes, ...kinds, ...functions].map((word) =>
    typeof word === 'string' ? word : (word.word ?? word.name ?? ''),
  );
  return [...new Set([...names, ...keywords])].filter((word) => word !== '').sort();
}
