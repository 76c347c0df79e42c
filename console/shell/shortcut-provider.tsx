import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { ShortcutHelp } from './shortcut-help.tsx'
import { type KeyActions, ShortcutContext, type Shortcuts } from './shortcuts.ts'

/** Times of events count from the opening of the page: 0 would be a moment ago. */
const NEVER = Number.NEGATIVE_INFINITY
const STORED = 'adit-single-keys'
const GOALS: Readonly<Record<string, string>> = { l: '/alerts', m: '/map', j: '/gateways' }

/** Single keys, off on request (WCAG 2.1.4), deaf while someone types or an input method composes. */
export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const [, navigate] = useLocation()
  const [helpOpen, setHelpOpen] = useState(false)
  const [enabled, setStored] = useState(() => localStorage.getItem(STORED) !== 'off')
  const actions = useRef<KeyActions>({})

  useEffect(() => {
    if (!enabled) return
    let goPressedAt = NEVER
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return
      const goal = GOALS[event.key]
      if (goal && event.timeStamp - goPressedAt < 1_500) {
        goPressedAt = NEVER
        event.preventDefault()
        navigate(goal)
        return
      }
      goPressedAt = event.key === 'g' ? event.timeStamp : NEVER
      if (event.key === '?') setHelpOpen(true)
      const action = actions.current[event.key]
      if (!action || document.querySelector('dialog[open]')) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [enabled, navigate])

  const value = useMemo<Shortcuts>(() => {
    const setEnabled = (on: boolean) => {
      localStorage.setItem(STORED, on ? 'on' : 'off')
      setStored(on)
    }
    return { enabled, setEnabled, openHelp: () => setHelpOpen(true), actions }
  }, [enabled])

  return (
    <ShortcutContext value={value}>
      {children}
      {helpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </ShortcutContext>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
}
