import { InvalidArgumentError } from 'commander'
import { GATEWAY_NAME } from '../../ingest/gateway-name.ts'

export function gatewayName(text: string): string {
  if (!GATEWAY_NAME.test(text)) throw new InvalidArgumentError('Use 1 to 64 letters, digits, "-" and "_", such as luxi-01.')
  return text
}
