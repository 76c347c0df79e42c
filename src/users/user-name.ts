import { Refusal } from '../../model/refusal.ts'

/** As it is kept and looked up: however it was typed, one name is one user. */
export function userName(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase()
}

/** Throws Refusal for what cannot name a user. */
export function newUserName(typed: string): string {
  const name = userName(typed)
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,63}$/u.test(name)) {
    throw new Refusal(
      'user-name',
      `"${typed.slice(0, 100)}" cannot name a user: use 2 to 64 letters, digits, ".", "_", "@" and "-"`,
    )
  }
  return name
}
