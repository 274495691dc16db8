/** The map library as far as the type checker is concerned: it is loaded late and spoken to in one module only. */
declare const library: any;
export = library;
