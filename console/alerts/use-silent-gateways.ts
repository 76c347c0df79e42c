import type { GatewayStatus } from '../api/gateway.ts'
import { useGateways } from '../api/queries.ts'
import { useWallClock } from '../shell/use-clock.ts'

/** Sources of the service itself, such as `$import`, come when somebody calls them. */
export function isOwnSource(gateway: string): boolean {
  return gateway.startsWith('$')
}

/** A gateway that was heard of and then not for this long makes every conclusion incomplete. */
export const SILENT_MS = 40 * 60_000

export function useSilentGateways(): readonly GatewayStatus[] {
  const { data: gateways } = useGateways()
  const now = useWallClock(10_000)
  return (gateways ?? []).filter(
    ({ gateway, lastSeenAt }) => lastSeenAt !== null && !isOwnSource(gateway) && now - Date.parse(lastSeenAt) > SILENT_MS,
  )
}
