import { Aedes, type AedesOptions, type PublishPacket } from 'aedes'

/** An MQTT broker without readers: nothing is ever forwarded, retained or queued; a packet's way ends in the journal. */
export class JournalBroker extends Aedes {
  static async open(options: AedesOptions): Promise<JournalBroker> {
    const broker = new JournalBroker(options)
    await broker.listen()
    return broker
  }

  override publish(_packet: PublishPacket, ...rest: unknown[]): void {
    // the broker itself calls with (packet, client, done) too
    const done = rest.at(-1)
    if (typeof done === 'function') done(null)
  }
}
