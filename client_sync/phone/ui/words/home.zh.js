/** Words of the home screens. Holds no others. */

export default {};
