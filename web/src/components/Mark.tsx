/** The sign of Koi: a red and white koi turning in dark water. */
export function KoiMark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="16" fill="#0c3a40" />
      <path
        d="M23.5 7.2c1.6 4.6-.2 9.6-4.1 12.2-1.7 1.1-3.7 1.7-5.6 1.7.2 1.9-.4 3.7-1.8 5-.3-1.4-1-2.6-2-3.6-1.4-.9-3-1.4-4.6-1.2 1-1.7 2.6-2.8 4.5-3-.2-2 .4-4.1 1.7-5.8 2.8-3.8 7.4-5.9 11.9-5.3z"
        fill="#fff"
      />
      <path
        d="M23.5 7.2c.7 2 .8 4.1.3 6.1-2.5.2-4.9-.7-6.5-2.5.7-1.5 1-2.5.9-3.3 1.7-.4 3.5-.6 5.3-.3zM14.6 11.4c2 1.3 3.1 3.6 2.9 6-2 1.2-4.6 1.2-6.6 0-.1-2.3.9-4.6 3.7-6zM10.8 21.6c.8 1 1.3 2.3 1.2 4.5-.3-1.4-1-2.6-2-3.6z"
        fill="#d7263d"
      />
      <circle cx="21.6" cy="9.7" r=".8" fill="#0c3a40" />
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
