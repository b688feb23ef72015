import Optim
func svg(_ f: Figure) -> String { "" }
