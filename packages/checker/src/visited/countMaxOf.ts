/** At how many states a table is doubled: three quarters full, a search looks at about eight slots that lie together. */
export const countMaxOf = (slots: number): number => slots - (slots >>> 2)
