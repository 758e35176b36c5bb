// The result page: as the paper was read, so is its result.

import { makeReading } from "./reading.js";

makeReading();
