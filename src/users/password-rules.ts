/**
 * Length instead of kinds of characters (NIST SP 800-63B), and none of those that are tried first. No rule to change
 * it after so many days: that makes passwords worse.
 */
import { Refusal } from '../../model/refusal.ts'

const LEAST = 10
const MOST = 200
/** Fewer different characters than this are a pattern, not a password. */
const LEAST_DIFFERENT = 5

/** Tried first everywhere, of those that are long enough; compared without case. */
const WORST = [
  ...[
    '1234567890',
    '0123456789',
    '0987654321',
    '9876543210',
    '12345678910',
    '123456789a',
    'a123456789',
    '1q2w3e4r5t',
    '1qaz2wsx3edc',
  ],
  ...[
    'qwertyuiop',
    'qwerty12345',
    'qwerty123456',
    'asdfghjkl;',
    'zxcvbnm123',
    'abcdefghij',
    'abcd123456',
    'abc1234567',
    'aa123456789',
  ],
  ...['password12', 'password123', 'password1234', 'password12345', 'passw0rd123', 'p@ssw0rd123', 'p@ssword123', 'mypassword'],
  ...[
    'administrator',
    'admin12345',
    'admin123456',
    'admin1234567',
    'welcome123',
    'letmein123',
    'changeme123',
    'iloveyou123',
    'iloveyou520',
  ],
  ...[
    'woaini1314',
    'woaini520',
    'woaini1314520',
    'woaini123456',
    'wo5201314',
    '5201314520',
    '1314520520',
    'qq123456789',
    'q123456789',
  ],
]

/** Refuses what anybody would try: too short, the user's own name, a pattern, one of the worst. */
export function checkPassword(password: string, name: string): void {
  const plain = password.normalize('NFC').toLowerCase()
  const characters = [...plain]
  if (characters.length < LEAST || characters.length > MOST) {
    throw new Refusal(
      'password-length',
      `The password has ${characters.length} characters; use ${LEAST} to ${MOST}, such as four words.`,
    )
  }
  if (plain.includes(name.toLowerCase())) {
    throw new Refusal('password-name', `The password has the user name ${name} in it; use another.`)
  }
  if (new Set(characters).size < LEAST_DIFFERENT || WORST.includes(plain)) {
    throw new Refusal('password-common', 'The password is one of those that are tried first; use another, such as four words.')
  }
}
