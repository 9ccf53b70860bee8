/** A tier: its name beside a dot of its colour. */
export function TierMark({ model, tier, color }: { model?: string; tier: string; color: string }) {
  return (
    <span className="tier-mark" title={model ? `${model}: ${tier}` : tier}>
      <span className="tier-dot" style={{ background: safeColour(color) }} aria-hidden="true" />
      {tier}
    </span>
  );
}

/** The first tier; those of other models hide behind a number. */
export function TierList({ tiers }: { tiers: { model: string; tier: string; color: string }[] }) {
  const [first, ...rest] = tiers;
  if (!first) return <>—</>;
  return (
    <span className="tier-list">
      <TierMark {...first} />
      {rest.length > 0 && (
        <span className="soft" title={rest.map(({ model, tier }) => `${model}: ${tier}`).join(' · ')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

/** Colours come from the database: only #rrggbb reaches a style. */
export function safeColour(color: string): string {
  return /^#[0-9a-f]{6}$/i.test(color) ? color : '#566164';
}
