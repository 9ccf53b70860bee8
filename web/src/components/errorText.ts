import { ApiError } from '@/api/errors';
import type { T } from '@/i18n/text';

/** An error in words for people: the server's own where it has some. */
export function errorText(error: unknown, t: T): { message: string; hint: string | null } {
  if (!(error instanceof ApiError)) {
    return { message: t('error.unexpected'), hint: error instanceof Error ? error.message : null };
  }
  if (error.message !== '') return { message: error.message, hint: error.hint };
  if (error.status === 0) return { message: t('error.unreachable'), hint: t('error.unreachable_hint') };
  return { message: t('error.status', { status: String(error.status) }), hint: t('error.status_hint') };
}
