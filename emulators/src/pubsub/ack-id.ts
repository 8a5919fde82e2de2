// Ack ids: which delivery of which message to which subscription; opaque to clients.
import { Code, StatusError } from "../wire/status.ts";

export interface AckId {
  readonly subscription: number;
  readonly message: number;
  readonly lease: number;
}

const FORM = /^(\d{1,16})-(\d{1,16})-(\d{1,16})$/;

export function formatAckId({ subscription, message, lease }: AckId): string {
  return `${subscription}-${message}-${lease}`;
}

export function parseAckId(text: string): AckId {
  const [, subscription, message, lease] = FORM.exec(text) ?? [];
  if (lease === undefined)
    throw new StatusError(
      Code.INVALID_ARGUMENT,
      `You have passed an invalid ack ID to the service (ack_id=${text}).`,
    );
  return { subscription: Number(subscription), message: Number(message), lease: Number(lease) };
}
