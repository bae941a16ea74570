import { fact } from "./fact.ts";

/** Everybody who is signed in may ask for the version and for who they are. */
export const connection = fact({
  key: "connection",
  access: [],
  keeps: {},
  identifies: true,
  read: (source) => source.connect(),
});
