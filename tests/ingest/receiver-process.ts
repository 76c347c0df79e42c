/**
 * A receiving half of its own, to be killed: node receiver-process.ts DIRECTORY [BROKER]. Says "listening PORT", and releases most
 * of what it has taken all the time, as the judging half would. With a broker's URL it consumes from there too.
 */
import { startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'

const [, , dataDirectory, url] = process.argv
const config = ReceiverConfig.parse({ edge: { port: 0 }, source: url === undefined ? null : { url } })
const receiver = await startReceiver({ dataDirectory, ...config })
receiver.onFailure((error) => {
  throw error
})
console.log(`listening ${receiver.edgeAddresses[0]?.port}`)

const KEPT = 500
setInterval(async () => {
  const { lastPosition, commitError } = await receiver.status()
  if (commitError) console.log(`commit error: ${commitError.message}`)
  await receiver.release(lastPosition - KEPT).catch((error: Error) => console.log(`release: ${error.message}`))
}, 40)
process.on('SIGTERM', async () => {
  await receiver.stop()
  process.exit(0)
})
