import type { Word } from '@/api/cases'
import type { Values } from '@/api/tasks'

/** A picture taken on this device. Its position is not in it: pictures are drawn anew before they are kept. */
export interface Photo {
  name: string
  content: Blob
}

/** Why something was not taken: what the server says, and who was first where somebody was. */
export interface Refused {
  code: string
  message: string
  errors: Record<string, string[]>
  first: { who: string; what: string; at: string } | null
}

/** What was registered or completed on this device and is not with the server yet, as far as the device knows. */
export interface Waiting {
  id: string
  /** Whose it is: nobody else on this device sees it. */
  account: string
  behalf: string | null
  kind: 'register' | 'complete'
  title: string
  made_at: string
  /** Made with it, once: the server takes the same key once only. */
  key: string
  values: Values
  /** What the fields are called and their options mean, to show what was entered without the form. */
  words: Record<string, Word>
  photos: Photo[]
  /** How many of the pictures the server has. */
  sent_photos: number
  start: { process: string; version: number; variables: Values; step: string } | null
  /** Known once the server answered; kept at once, so that no step is taken twice. */
  case_id: string | null
  case_code: string
  task: string | null
  refused: Refused | null
}

/** Where waiting things and what is known of an account are kept. */
export interface Keep {
  all(account: string): Promise<Waiting[]>
  put(waiting: Waiting): Promise<void>
  drop(id: string): Promise<void>
  /** Something remembered for an account under a name. */
  recall<T>(account: string, name: string): Promise<T | null>
  remember(account: string, name: string, value: unknown): Promise<void>
  unlearn(account: string, name: string): Promise<void>
  /** Everything of an account goes. */
  forget(account: string): Promise<void>
}
