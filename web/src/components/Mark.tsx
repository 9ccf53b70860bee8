/** The sign of Koi: a red and white koi turning in dark water. */
export function KoiMark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="16" fill="#0f4a50" />
      <path
        d="M19.1 12Q15.7 13.3 14.8 15.8Q18 15.7 19 14.4zM26 12.2Q29.3 13.7 30 16.2Q26.9 15.9 25.9 14.6zM18.6 17.8Q16.5 17.1 14.1 18.1Q15 19 16.6 19.1zM20.6 20.8Q20.4 23.1 18.6 24.8Q18.1 23.7 18.6 22.1zM10.5 21.9C8.4 21.6 6.1 19.4 4 19.4C5.2 21.2 5.6 22.3 5.5 23.3C5.6 24.7 5.4 26.2 4.4 27.9C6.9 27 8.7 24.2 10.7 23.1z"
        fill="#ffd9c9"
      />
      <path
        d="M19.9 5.5 18.5 8.4 18.4 10.3 18.3 11.7 18.2 12.9 18.2 13.8 18.2 14.5 18.3 15.3 18.2 16.3 17.8 17.4 17 18.6 15.8 19.7 14.2 20.7 12.2 21.4 9.9 21.9 10.1 23.3 12.5 23.1 14.8 22.8 16.9 22.5 19 22.1 21 21.5 22.8 20.5 24.5 19.1 25.8 17.3 26.6 15.1 26.8 12.9 26.5 10.6 25.6 8.4 24.2 6.3 21.1 4.9z"
        fill="#fff"
      />
      <path
        d="M18.8 7.3 18.6 8.2 18.5 9 18.5 9.7 18.5 10.4 18.4 11 18.4 11.5 18.4 12 18.3 12.5 26.6 12 26.5 11.2 26.3 10.3 26 9.4 25.6 8.6 25.2 7.8 24.7 7 24 6.2 23.3 5.5zM18.3 14.9 18.3 15.2 18.3 15.5 18.3 15.8 18.3 16.2 18.2 16.5 18 16.9 17.9 17.3 17.7 17.7 20.5 21.6 21.1 21.3 21.8 21 22.4 20.7 23.1 20.2 23.7 19.8 24.2 19.3 24.7 18.7 25.2 18.1z"
        fill="#d7263d"
      />
      <circle cx="19.2" cy="9.7" r=".6" fill="#0d2f35" />
      <circle cx="24.7" cy="8.2" r=".6" fill="#0d2f35" />
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
