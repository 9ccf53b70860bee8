import { get, type Page, patch, post, type Query } from './client';

export interface Script {
  id: string;
  group: string;
  title: string;
  text: string;
  position: number;
  archived: boolean;
  /** Who changed it last. */
  account: string | null;
  updated_s: number;
}
export interface ScriptPage extends Page<Script> {
  /** All groups in use. */
  groups: string[];
}
export interface ScriptBody {
  group: string;
  title: string;
  text: string;
}

export const scripts = {
  list: (query: Query, signal?: AbortSignal) => get<ScriptPage>('/api/scripts', query, signal),
  add: (body: ScriptBody) => post<Script>('/api/scripts', body),
  patch: (id: string, body: Partial<ScriptBody> & { position?: number; archived?: boolean }) =>
    patch<Script>(`/api/scripts/${id}`, body),
};
