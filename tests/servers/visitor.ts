/** A browser without a screen: keeps cookies as one does (RFC 6265), and follows where it is led. */
export interface Visited {
  /** Where it ended. */
  readonly url: URL
  readonly status: number
  readonly body: string
  /** Every address on the way, the last among them. */
  readonly way: readonly string[]
}

interface Cookie {
  readonly value: string
  readonly path: string
}

const MOST_STEPS = 12

export class Visitor {
  /** By host and name. */
  readonly cookies = new Map<string, Cookie>()

  /** Stops before an address that `halt` says yes to. */
  async go(address: string, init: RequestInit = {}, halt: (url: URL) => boolean = () => false): Promise<Visited> {
    const way: string[] = []
    let url = new URL(address)
    let next = init
    for (let step = 0; step < MOST_STEPS; step++) {
      way.push(url.href)
      if (halt(url)) return { url, status: 0, body: '', way }
      const response = await this.ask(url, next)
      const location = response.headers.get('location')
      if (location === null) return { url, status: response.status, body: await response.text(), way }
      await response.body?.cancel()
      url = new URL(location, url)
      next = {}
    }
    throw new Error(`led around: ${way.join(' → ')}`)
  }

  /** One request, without following. */
  async ask(url: URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', this.#cookiesFor(url))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(url, line)
    return response
  }

  cookie(url: string, name: string): string | undefined {
    return this.cookies.get(`${new URL(url).host} ${name}`)?.value
  }

  #cookiesFor({ host, pathname }: URL): string {
    return [...this.cookies]
      .filter(([key, { path }]) => key.startsWith(`${host} `) && pathname.startsWith(path))
      .map(([key, { value }]) => `${key.slice(host.length + 1)}=${value}`)
      .join('; ')
  }

  #keep({ host }: URL, line: string): void {
    const [pair, ...attributes] = line.split(/; */)
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
    const over = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one))
    if (over) this.cookies.delete(`${host} ${name}`)
    else this.cookies.set(`${host} ${name}`, { value, path })
  }
}
