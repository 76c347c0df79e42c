import { createContext, useContext, useEffect } from 'react'

/** Keys of the screen that is shown, by what `event.key` says. */
export type KeyActions = Readonly<Record<string, () => void>>

export interface Shortcuts {
  readonly enabled: boolean
  readonly setEnabled: (enabled: boolean) => void
  readonly openHelp: () => void
  readonly actions: { current: KeyActions }
}

/** Given by ShortcutProvider. */
export const ShortcutContext = createContext<Shortcuts | null>(null)

export function useShortcuts(): Shortcuts {
  const shortcuts = useContext(ShortcutContext)
  if (!shortcuts) throw new Error('useShortcuts outside ShortcutProvider')
  return shortcuts
}

/** The keys of one screen, as long as it is shown. */
export function useKeyActions(actions: KeyActions): void {
  const shortcuts = useShortcuts()
  useEffect(() => {
    shortcuts.actions.current = actions
    return () => {
      shortcuts.actions.current = {}
    }
  }, [shortcuts, actions])
}
