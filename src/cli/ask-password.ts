import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Refusal } from '../../model/refusal.ts'

/** Asks twice on the terminal, without showing what is typed. null when it is left empty: then one is made. */
export async function askPassword(): Promise<string | null> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true })
  // The end of input, and Ctrl+C, end the question too.
  const ended = new Promise<never>((_, reject) =>
    terminal.once('close', () => reject(new Refusal('password', 'No password was typed.'))),
  )
  ended.catch(() => {})
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question)
    const answer = await Promise.race([new Promise<string>((resolve) => terminal.question('', resolve)), ended])
    process.stderr.write('\n')
    return answer
  }
  try {
    const password = await ask('Password (10 characters or more; empty: one is made): ')
    if (password === '') return null
    if ((await ask('Once more: ')) !== password)
      throw new Refusal('password', 'These were two different passwords; nothing was changed.')
    return password
  } finally {
    terminal.close()
  }
}
