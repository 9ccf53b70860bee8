/** The audience language as a tree, as /api/audiences/check gives it (docs/AUDIENCE.md). */
export interface Literal {
  text?: string;
  number?: string;
  percent?: string;
  word?: string;
  moment?: string;
}

export interface WindowNode {
  kind: string;
  length?: string;
  unit?: string;
  from?: string;
  to?: string;
}

export interface EventsNode {
  kind?: string;
  kept?: boolean;
  where?: Node;
}

export interface Node {
  op: string;
  what?: string;
  measure?: string;
  compare?: string;
  in?: WindowNode;
  name?: string;
  values?: Literal[];
  events?: EventsNode;
  steps?: EventsNode[];
  window?: WindowNode;
  within?: string;
  items?: Node[];
}
