export interface Frame {
  readonly id: string
  readonly event: string
  readonly alert: string
}

/** Reads the feed until `count` events came or it ends, then hangs up; `onOpen` runs once it is connected. */
export async function followFeed(
  url: string,
  headers: Record<string, string>,
  count: number,
  onOpen: () => Promise<unknown> = async () => {},
): Promise<Frame[]> {
  const hangUp = new AbortController()
  const response = await fetch(url, { headers, signal: hangUp.signal })
  if (!response.ok || !response.body) throw new Error(`the feed answered ${response.status}`)
  const opened = onOpen()
  const frames: Frame[] = []
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line): [string, string] => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      )
      const event = fields.get('event')
      if (event) frames.push({ id: fields.get('id') ?? '', event, alert: JSON.parse(fields.get('data') ?? '{}').id })
    }
    if (frames.length >= count) break
  }
  hangUp.abort()
  await opened
  return frames
}
