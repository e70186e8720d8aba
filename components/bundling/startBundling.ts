import { startBundling } from "./bundle";

// Imported first by the program, so that handlers are bundled while everything else is loaded.
startBundling();
