/** Where a gateway publishes the canonical payloads. */
export function topicsOfGateway(gateway: string): string[] {
  return ['readings', 'registers', 'events'].map((kind) => `adit/v1/${gateway}/${kind}`)
}
