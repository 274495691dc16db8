/** Words of the more screens. Holds no others. */

export default {};
