import { type ComponentProps, useId } from 'react'

interface Props extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: string
}

/** An input with its label above and what to know about it below. */
export function FormField({ label, hint, ...input }: Props) {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input id={id} className="plain-input" {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })} {...input} />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="muted small">
          {hint}
        </p>
      )}
    </>
  )
}

/** What was typed, by the fields' names. */
export function typedInto(form: HTMLFormElement, names: readonly string[]): Record<string, string> {
  const typed = new FormData(form)
  return Object.fromEntries(names.map((name) => [name, String(typed.get(name) ?? '')]))
}
