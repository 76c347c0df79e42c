/** End device events of a file for `adit detect`, resolved against the ledgers; what cannot be taken goes to `reject`. */
import { readEvents, type TableOptions } from '../../ingest/csv-table.ts'
import { eventCodeOf } from '../../ingest/event-codes.ts'
import { openBytes } from '../../ingest/open-bytes.ts'
import type { EndDeviceEvent } from '../../model/end-device-event.ts'
import type { Ledger } from '../../model/ledger.ts'

export async function readEventsFile(path: string, ledger: Ledger, options: TableOptions): Promise<EndDeviceEvent[]> {
  const { records, lines, rows } = await readEvents(openBytes(path), options)
  return records.flatMap(({ meter, at, code, detail }, index) => {
    const usagePoint = ledger.rowOfMeter(meter)
    if (usagePoint >= 0) return [{ usagePoint, at, code: eventCodeOf(code), raw: code, detail, position: 0 }]
    const remedy = 'add its usage point to the ledger, or correct the number'
    options.reject({
      line: lines[index],
      column: 'meter',
      value: meter,
      reason: `no ledger knows the meter ${meter}`,
      remedy,
      row: rows[index],
    })
    return []
  })
}
