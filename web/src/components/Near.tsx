import { type ReactNode, useRef } from 'react';
import { useNear } from '@/lib/useNear';

/** A part of a long page that is made, and asks for its data, when it comes near the window. */
export function Near({ height, children }: { height: number; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const near = useNear(place);
  if (near) return <>{children}</>;
  return <div ref={place} style={{ minHeight: height }} />;
}
