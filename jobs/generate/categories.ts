/** What a shop sells of one kind. */
export interface Category {
  readonly name: string;
  readonly nouns: readonly string[];
  /** Lowest price in hundredths of the currency unit, and how many times it the dearest adds. */
  readonly cheapest: number;
  readonly spread: number;
  /** Relative trade of each month from January. */
  readonly season: readonly number[];
  /** Often bought several at a time. */
  readonly bulk: boolean;
}

const EVEN = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.1];
const GIFTS = [0.6, 0.7, 0.8, 0.8, 0.8, 0.9, 0.8, 0.8, 0.9, 1.1, 1.7, 2.6];
const SUMMER = [0.4, 0.5, 0.9, 1.4, 1.8, 1.8, 1.5, 1.2, 0.8, 0.6, 0.4, 0.4];
const WINTER = [1.3, 1.1, 0.9, 0.8, 0.7, 0.7, 0.8, 0.8, 1, 1.2, 1.5, 1.6];
const SCHOOL = [1.2, 0.9, 0.8, 0.8, 0.8, 0.7, 0.9, 2, 1.8, 0.9, 0.9, 0.9];

export const CATEGORIES: readonly Category[] = [
  category(
    'Grocery',
    'Coffee|Green Tea|Olive Oil|Pasta|Granola|Chocolate|Honey|Basmati Rice|Biscuits',
    149,
    9,
    EVEN,
    true,
  ),
  category('Home', 'Desk Lamp|Kettle|Cushion|Saucepan|Towel|Blanket|Vase|Clock|Mirror', 899, 14, WINTER, false),
  category(
    'Electronics',
    'Headphones|Speaker|Keyboard|Monitor|Charger|Smartwatch|Tablet|Router',
    1499,
    40,
    GIFTS,
    false,
  ),
  category('Clothing', 'Jacket|Shirt|Jeans|Scarf|Socks|Jumper|Trainers|Belt', 699, 14, WINTER, false),
  category('Toys', 'Puzzle|Board Game|Building Set|Train Set|Kite|Plush Bear|Robot', 599, 11, GIFTS, false),
  category('Garden', 'Trowel|Planter|Hose|Parasol|Bird Feeder|Seed Mix|Lantern|Barbecue', 399, 30, SUMMER, false),
  category(
    'Sports',
    'Yoga Mat|Football|Tennis Racket|Water Bottle|Dumbbell|Cycle Helmet|Rucksack',
    799,
    13,
    SUMMER,
    false,
  ),
  category('Beauty', 'Shampoo|Hand Cream|Face Mask|Perfume|Soap|Lip Balm|Sun Cream', 249, 20, GIFTS, true),
  category('Office', 'Notebook|Pen Set|Desk Chair|Stapler|Folder|Planner|Whiteboard', 199, 50, SCHOOL, true),
  category('Pets', 'Dog Bed|Cat Food|Lead|Bird Seed|Scratching Post|Fish Flakes', 199, 25, EVEN, true),
];

function category(
  name: string,
  nouns: string,
  cheapest: number,
  spread: number,
  season: readonly number[],
  bulk: boolean,
): Category {
  return { name, nouns: nouns.split('|'), cheapest, spread, season, bulk };
}
