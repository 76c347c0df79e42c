import { InvalidArgumentError } from 'commander'

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Reads HOST:PORT, [IPV6]:PORT or a bare PORT on loopback. */
export function parseHostPort(text: string): HostPort {
  const parts = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):)?(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  if (!parts || port > 65_535) throw new InvalidArgumentError('Give HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080.')
  return { host: parts[1] ?? parts[2] ?? '127.0.0.1', port }
}

export function hostPortText({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
