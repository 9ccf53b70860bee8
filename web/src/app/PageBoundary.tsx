import { Component, type ReactNode } from 'react';
import { ErrorNotice } from '@/components/ErrorNotice';

/** Catches what breaks while drawing a page, so that the menu stays usable. */
export class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorNotice error={this.state.error} retry={() => location.reload()} />;
  }
}
