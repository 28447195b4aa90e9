/** A JSON value; what contexts, events, commands, split positions and sink transactions are made of. */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }
