import { z } from 'zod'
import { Alert } from './alert.ts'

export const AlertEventKind = z.enum(['alert.raised', 'alert.revised', 'alert.cleared'])
export type AlertEventKind = z.infer<typeof AlertEventKind>

/** What happened to an alert, and the alert as it was right after. `sequence` rises by one from 1 and is never used twice. */
export const AlertEvent = z.object({ sequence: z.int().positive(), kind: AlertEventKind, alert: Alert })
export type AlertEvent = z.infer<typeof AlertEvent>
