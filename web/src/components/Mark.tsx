/** The sign of Koi: a red and white koi turning in dark water. */
export function KoiMark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="16" fill="#0c3a40" />
      <path
        d="M7 21.500c-.6-6.5 4.5-13.2 12.5-14.8 3.2-.6 5.6 1.1 5.4 4.2-.4 6.8-7.2 11.6-14 11.4-.7 2-2.1 3.6-4.4 4.6.2-1.2.1-2.2-.4-3.1-1-.3-2-.9-2.8-1.7 1.4.1 2.6-.1 3.7-.6z"
        fill="#fff"
      />
      <path
        d="M11.6 13.200c2.6.3 4.7 2.3 5.2 4.9-1.9 1.6-4.4 2.4-6.9 2.3-1-.9-1.5-2-1.5-3.3.5-1.5 1.5-2.8 3.2-3.900zM19.5 6.700c3.2-.6 5.6 1.1 5.4 4.200l-.3 1.400c-2.5.3-4.7-.6-6.1-2.5.1-1.2.4-2.2 1-3.100z"
        fill="#d7263d"
      />
      <path
        d="M14.2 22.100c.9 1.4 2.2 2.2 3.9 2.2-.3-1.2-.9-2.2-1.8-2.900zM8.9 14.100c-1.5.1-2.7-.5-3.6-1.7 1.3-.6 2.6-.6 3.9-.1z"
        fill="#f3c9b5"
      />
      <circle cx="21.8" cy="9.2" r=".9" fill="#0c3a40" />
    </svg>
  );
}

/** Still water, for empty lists. */
export function PondMark() {
  return (
    <svg width="96" height="40" viewBox="0 0 96 40" aria-hidden="true" focusable="false" fill="none">
      <ellipse cx="48" cy="22" rx="44" ry="14" stroke="#c5d6d5" />
      <ellipse cx="48" cy="22" rx="30" ry="9" stroke="#a9c3c1" />
      <ellipse cx="48" cy="22" rx="15" ry="4.5" stroke="#7fa6a4" />
      <circle cx="48" cy="21" r="2" fill="#c8102e" />
    </svg>
  );
}
