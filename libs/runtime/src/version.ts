/** The version of linewatch that this program was made of; a test holds it against package.json. */
export const VERSION = '0.1.0';
