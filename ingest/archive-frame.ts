import { promisify } from 'node:util'
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib'
import type { JournalledPacket } from '../model/packet.ts'

/**
 * One frame of the archive: a header of 36 bytes, then packets packed one after another and compressed with zstd.
 * Header, little endian: magic u32, packets u32, first position f64, last position f64, packed bytes u32, stored bytes u32,
 * CRC-32 u32 over the header before it and the stored bytes.
 */
export const FRAME_HEADER_BYTES = 36
export const FRAME_START = Buffer.from('ADJ1')
const MAGIC = FRAME_START.readUInt32LE()
const PACKET_HEADER_BYTES = 24
/** No frame packs more than this; a header that says so is damaged. */
const MAX_PACKED_BYTES = 512 * 1024 * 1024

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export interface FrameHeader {
  readonly first: number
  readonly last: number
  readonly packets: number
  readonly packedBytes: number
  readonly storedBytes: number
  readonly checksum: number
}

/** Header and body in one buffer; `packets` must not be empty. */
export async function encodeFrame(packets: readonly JournalledPacket[]): Promise<Buffer> {
  const packed = pack(packets)
  // level 1: 10 MB/s of JSON costs a few hundredths of a core
  const stored = await compress(packed, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + stored.length)
  frame.writeUInt32LE(MAGIC, 0)
  frame.writeUInt32LE(packets.length, 4)
  frame.writeDoubleLE(packets[0].position, 8)
  frame.writeDoubleLE(packets[packets.length - 1].position, 16)
  frame.writeUInt32LE(packed.length, 24)
  frame.writeUInt32LE(stored.length, 28)
  frame.writeUInt32LE(crc32(stored, crc32(frame.subarray(0, 32))), 32)
  frame.set(stored, FRAME_HEADER_BYTES)
  return frame
}

/** The header, or undefined when these bytes are none. */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined
  const header = {
    packets: bytes.readUInt32LE(4),
    first: bytes.readDoubleLE(8),
    last: bytes.readDoubleLE(16),
    packedBytes: bytes.readUInt32LE(24),
    storedBytes: bytes.readUInt32LE(28),
    checksum: bytes.readUInt32LE(32),
  }
  return header.packedBytes <= MAX_PACKED_BYTES && header.storedBytes <= MAX_PACKED_BYTES ? header : undefined
}

export function frameHolds(headerBytes: Buffer, stored: Buffer, header: FrameHeader): boolean {
  return stored.length === header.storedBytes && crc32(stored, crc32(headerBytes.subarray(0, 32))) === header.checksum
}

/** The packets of a frame whose checksum holds. */
export async function unpackFrame(stored: Buffer, header: FrameHeader): Promise<JournalledPacket[]> {
  const packed = await decompress(stored, { maxOutputLength: Math.max(1, header.packedBytes) })
  const packets: JournalledPacket[] = []
  let at = 0
  for (let count = 0; count < header.packets; count++) {
    const position = packed.readDoubleLE(at)
    const receivedAt = packed.readDoubleLE(at + 8)
    const gatewayEnd = at + PACKET_HEADER_BYTES + packed.readUInt16LE(at + 16)
    const topicEnd = gatewayEnd + packed.readUInt16LE(at + 18)
    const payloadEnd = topicEnd + packed.readUInt32LE(at + 20)
    const gateway = packed.toString('utf8', at + PACKET_HEADER_BYTES, gatewayEnd)
    const topic = packed.toString('utf8', gatewayEnd, topicEnd)
    packets.push({ position, receivedAt, gateway, topic, payload: packed.subarray(topicEnd, payloadEnd) })
    at = payloadEnd
  }
  return packets
}

function pack(packets: readonly JournalledPacket[]): Buffer {
  let bytes = 0
  for (const { gateway, topic, payload } of packets) {
    bytes += PACKET_HEADER_BYTES + Buffer.byteLength(gateway) + Buffer.byteLength(topic) + payload.length
  }
  const packed = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const { position, receivedAt, gateway, topic, payload } of packets) {
    packed.writeDoubleLE(position, at)
    packed.writeDoubleLE(receivedAt, at + 8)
    const gatewayBytes = packed.write(gateway, at + PACKET_HEADER_BYTES)
    const topicBytes = packed.write(topic, at + PACKET_HEADER_BYTES + gatewayBytes)
    packed.writeUInt16LE(gatewayBytes, at + 16)
    packed.writeUInt16LE(topicBytes, at + 18)
    packed.writeUInt32LE(payload.length, at + 20)
    at += PACKET_HEADER_BYTES + gatewayBytes + topicBytes
    packed.set(payload, at)
    at += payload.length
  }
  return packed
}
