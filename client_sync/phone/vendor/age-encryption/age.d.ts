/** What client_sync/phone uses of age-encryption; the package's own types speak of modules that are bundled away. */
export class Encrypter {
    addRecipient(recipient: string): void;
    encrypt(file: Uint8Array | string): Promise<Uint8Array>;
    encrypt(file: ReadableStream): Promise<ReadableStream<Uint8Array>>;
}
export class Decrypter {
    addIdentity(identity: string | CryptoKey): void;
    decrypt(file: Uint8Array, outputFormat?: 'uint8array'): Promise<Uint8Array>;
    decrypt(file: Uint8Array, outputFormat: 'text'): Promise<string>;
    decrypt(file: ReadableStream): Promise<ReadableStream<Uint8Array>>;
}
export function generateX25519Identity(): Promise<string>;
export function identityToRecipient(identity: string | CryptoKey): Promise<string>;
