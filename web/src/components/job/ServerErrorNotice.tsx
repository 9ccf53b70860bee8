import { ApiError, type ErrorBody } from '@/api/errors';
import { ErrorNotice } from '@/components/ErrorNotice';

export function ServerErrorNotice({ error }: { error: ErrorBody }) {
  return <ErrorNotice error={new ApiError(500, error)} />;
}
