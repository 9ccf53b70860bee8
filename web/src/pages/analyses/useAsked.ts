import { createContext, useContext } from 'react';
import type { Asked } from '@/api/analyses';
import type { Exported } from '@/components/list/ExportButton';

/** The question whose answer is being shown. */
export const AskedContext = createContext<Asked | null>(null);

/** Its table as an export: the server asks the question again. */
export function useExported(what: string): { list?: Exported } {
  const asked = useContext(AskedContext);
  return asked === null ? {} : { list: { what, filter: asked } };
}
