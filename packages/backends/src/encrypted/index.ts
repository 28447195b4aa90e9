export { Encrypted, type EncryptionKey, type EncryptionKeys, EncryptionKeysInvalid } from "./Encrypted.ts"
